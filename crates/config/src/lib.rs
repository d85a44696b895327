//! Backstage's app-config.yaml read into typed settings; every mistake points at its file, line and column
