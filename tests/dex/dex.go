//go:build tools

// Package dex names the program that the tests build, so that go.mod keeps what it is built of.
package dex

import _ "github.com/dexidp/dex/cmd/dex"
