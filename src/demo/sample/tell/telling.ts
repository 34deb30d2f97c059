/** Findings that say most about what Mandate sees, and what each means in a sentence. */
export const TELLING: readonly { readonly check: string; readonly reason: string; readonly means: string }[] = [
  {
    check: 'leaked-credential-is-off',
    reason: 'reported-leaked',
    means: 'AWS found this key in public, and it still works',
  },
  { check: 'root-has-no-access-key', reason: 'root-key', means: 'the root of an account has a key' },
  { check: 'identity-is-not-orphaned', reason: 'nobody-left', means: 'its owner left, and nobody stands in' },
  { check: 'trust-stays-inside', reason: 'anyone-may-assume', means: 'anybody on the internet may become it' },
  {
    check: 'privilege-fits-risk',
    reason: 'more-than-its-use-case-allows',
    means: 'it may write where its use case only reads',
  },
  {
    check: 'ai-identity-serves-a-use-case',
    reason: 'use-case-not-approved',
    means: 'it runs for an AI use case nobody approved',
  },
  { check: 'ai-credential-is-registered', reason: 'unregistered', means: 'a key for AI that nobody answers for' },
  {
    check: 'rotation-is-finished',
    reason: 'old-one-still-live',
    means: 'replaced weeks ago, and the old one still works',
  },
  { check: 'identity-is-used', reason: 'unused', means: 'nothing has used it for most of a year' },
  {
    check: 'service-account-is-not-used-by-people',
    reason: 'interactive-sign-in',
    means: 'people sign in with a machine’s account',
  },
  {
    check: 'expired-credential-is-off',
    reason: 'expired-but-active',
    means: 'it has expired, and is still switched on',
  },
  {
    check: 'no-static-credential-where-federation-is-possible',
    reason: 'static-credential',
    means: 'a stored key where none is needed',
  },
];
