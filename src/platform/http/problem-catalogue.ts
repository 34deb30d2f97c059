// Generated from the classes that are thrown by `npm run generate`; a test compares the two. Do not edit.
import type { ProblemKind } from './problem.js';

/** One kind of error the API answers with: when it happens, and what it says ("…" stands for what differs). */
export interface CataloguedProblem {
  readonly code: string;
  readonly kind: ProblemKind;
  readonly when: string;
  readonly says: string;
}

export const PROBLEMS: readonly CataloguedProblem[] = [
  { code: "access.administrator-exists", kind: "conflict", when: "", says: "There is an administrator already; ask them for a token." },
  { code: "access.cross-site-request", kind: "forbidden", when: "A request with a session cookie that no page of ours can have sent.", says: "A request that changes something needs the header X-CSRF-Token, with the value that /api/v1/auth/session gives, and must come from this site." },
  { code: "access.fresh-sign-in-needed", kind: "unauthenticated", when: "What is asked for must not rest on a sign-in of this morning, or on a password alone.", says: "This needs a second factor, proved a short while ago. Sign in again at the address in \"signIn\"." },
  { code: "access.link-not-usable", kind: "gone", when: "", says: "This link is unknown, was used before, or has run out. Make a new one with \"mandate token first-admin\" on the machine Mandate runs on." },
  { code: "access.not-allowed", kind: "forbidden", when: "", says: "Your roles do not include this." },
  { code: "access.not-signed-in", kind: "unauthenticated", when: "", says: "Sign in (/api/v1/auth/sign-in), or send a bearer token: \"Authorization: Bearer <token>\"." },
  { code: "access.role-beyond-reach", kind: "forbidden", when: "", says: "The local administrator cannot hand out …: those decide, approve, or make somebody who may. Use the first administrator's link (\"mandate token first-admin\")." },
  { code: "access.roles-exclude-each-other", kind: "invalid", when: "", says: "… and … are duties that one credential must not hold together. Make two, for two people." },
  { code: "access.sign-in-not-configured", kind: "missing", when: "", says: "Nobody can sign in here: no sign-in service is configured (MANDATE_OIDC_ISSUER). Use a token." },
  { code: "access.sign-in-refused", kind: "forbidden", when: "Whoever came back from the sign-in service is not let in: by it, by the people records, or by the duties their groups add up to.", says: "" },
  { code: "access.sign-in-service-failed", kind: "unavailable", when: "", says: "The sign-in service does not answer as it should. Try again in a minute." },
  { code: "checks.check-unknown", kind: "invalid", when: "", says: "There is no such check. GET /checks lists them." },
  { code: "checks.default-policy-is-last", kind: "invalid", when: "", says: "The default policy stands last, is about everything, and cannot be removed. Put a policy of your own before it." },
  { code: "checks.policy-name-taken", kind: "conflict", when: "", says: "There is another policy of this name." },
  { code: "findings.finding-resolved", kind: "conflict", when: "", says: "This finding is resolved. If what it tells comes back, it opens again by itself." },
  { code: "inventory.source-name-taken", kind: "conflict", when: "", says: "There is another source of this name." },
  { code: "ownership.not-yours-to-accept", kind: "forbidden", when: "", says: "Only the person who is named as owner accepts." },
  { code: "ownership.nothing-to-accept", kind: "conflict", when: "", says: "Nobody is named as owner of this identity." },
  { code: "ownership.owner-cannot-answer", kind: "invalid", when: "", says: "This person has left, or will not be there to answer. Name somebody who is." },
  { code: "people.import-not-held", kind: "conflict", when: "", says: "Only an import that is held can be confirmed." },
  { code: "people.name-taken", kind: "conflict", when: "", says: "There is another … of this name." },
  { code: "people.user-name-taken", kind: "conflict", when: "", says: "Somebody else has this user name (upper and lower case count as the same)." },
  { code: "request.already-running", kind: "conflict", when: "", says: "A request with this Idempotency-Key was received and has not answered. Read the resource to see what became of it, or use a new key." },
  { code: "request.answer-not-kept", kind: "conflict", when: "", says: "This request was carried out before. Its answer held a secret and was not kept; it cannot be shown again." },
  { code: "request.changed-meanwhile", kind: "stale", when: "", says: "Somebody changed this after you read it. Read it again and repeat your change." },
  { code: "request.if-match-required", kind: "unconditional", when: "", says: "Send If-Match with the ETag you read, so that nobody's change is overwritten unseen." },
  { code: "request.invalid", kind: "invalid", when: "", says: "Some of what was sent cannot be used; see \"errors\" for each place." },
  { code: "request.malformed", kind: "malformed", when: "The body is not well-formed JSON, or not what its media type says.", says: "" },
  { code: "request.media-type-unsupported", kind: "unsupported-media", when: "The body is of a media type that the route does not take.", says: "" },
  { code: "request.not-found", kind: "missing", when: "What does not exist, or is none of the caller's business: the two must look the same.", says: "There is no such …, or it is not yours to see." },
  { code: "request.origin-not-allowed", kind: "forbidden", when: "A page of another origin asked whether it may call, and it may not.", says: "Pages of other origins may not call this API. An administrator can allow one in MANDATE_CORS_ORIGINS." },
  { code: "request.reference-unknown", kind: "invalid", when: "The body points at something that does not exist, or is not the caller's to see.", says: "There is no such …. Give the id of one that exists." },
  { code: "request.secret-refused", kind: "invalid", when: "", says: "Mandate stores no secret values, and something in this request looks like one. It was not stored. Send the id or a reference instead." },
  { code: "request.too-large", kind: "too-large", when: "A body, a file, an address or a header is longer than the route takes.", says: "" },
  { code: "request.too-many", kind: "throttled", when: "Whoever asks too often is told when they may again.", says: "More requests than are taken from one caller in a minute. Wait as long as Retry-After says." },
  { code: "request.took-too-long", kind: "unavailable", when: "The answer would have come too late. What was asked for may still be carried out.", says: "" },
  { code: "request.unknown-route", kind: "missing", when: "No route has this address, or none with this method.", says: "" },
  { code: "sync.connector-unknown", kind: "invalid", when: "", says: "There is no such connector. Known: …." },
  { code: "sync.format-unknown", kind: "invalid", when: "", says: "There is no such file format. Known: …." },
  { code: "sync.run-not-held", kind: "conflict", when: "", says: "Only a run that is held can be confirmed." },
  { code: "sync.run-superseded", kind: "conflict", when: "", says: "The source was read again since this run was held; what it would have removed is out of date. Look at the newer run." },
  { code: "sync.source-failed", kind: "upstream", when: "", says: "" },
  { code: "sync.source-is-a-file", kind: "conflict", when: "", says: "This source is filled by importing files; there is nothing to connect to. Import a newer file instead." },
  { code: "sync.source-is-being-read", kind: "conflict", when: "", says: "This source is being read right now. Wait for that run to end, then import." },
  { code: "sync.source-takes-no-files", kind: "conflict", when: "", says: "A source of this name exists and is read by …. Import into a source of another name." },
  { code: "use-cases.name-taken", kind: "conflict", when: "", says: "There is another … of this name." },
  { code: "use-cases.not-approvable", kind: "conflict", when: "", says: "Before it can be approved it needs: …." },
  { code: "use-cases.own-approval", kind: "forbidden", when: "", says: "Whoever wrote or last changed a use case, or sponsors it, does not approve it. Ask somebody else of AI governance." },
  { code: "use-cases.retired", kind: "conflict", when: "", says: "This use case is retired. Make a new one." },
];
