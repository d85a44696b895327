// Who can sign in at the test's identity provider, and what it says about them. The catalog beside
// (fixtures/catalog.yaml) knows most of them.

const person = (name, email, rest = {}) => ({ name, email, email_verified: true, preferred_username: email.split('@')[0], ...rest });

/** Fresh accounts by name; the name is the subject too. A test may change its own copy. */
export const accounts = () => ({
  ada: person('Ada Lovelace', 'ada@example.com', { picture: 'https://img.example.com/ada.png' }),
  grace: person('Grace Hopper', 'grace@example.com'),
  // In the catalog as alan@example.com only: found again once the tag is gone.
  alan: person('Alan Turing', 'alan+enigma@example.com'),
  // In the catalog under the tagged address itself.
  plus: person('Plus Addressed', 'plus+tag@example.com'),
  // Known to the provider alone.
  stranger: person('Stranger', 'stranger@example.com'),
  unverified: person('Unverified', 'ada@example.com', { email_verified: false }),
  unsaid: person('Unsaid', 'ada@example.com', { email_verified: undefined }),
  noemail: { name: 'No Email', preferred_username: 'ada' },
  // Two catalog users share this address.
  twins: person('Twins', 'twins@example.com'),
  // Everything a page could choke on.
  markup: person(`</script><script>alert('x')</script>\u2028\u2029"'\\ \u{1f980}`, 'markup@example.com', {
    picture: `https://img.example.com/a'b"c<d>.png`,
  }),
});
