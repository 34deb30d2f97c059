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
  { code: "access.link-not-usable", kind: "gone", when: "", says: "This link is unknown, was used before, or has run out. Make a new one with \"mandate token first-admin\" on the machine Mandate runs on." },
  { code: "access.not-allowed", kind: "forbidden", when: "", says: "Your roles do not include this." },
  { code: "access.not-signed-in", kind: "unauthenticated", when: "", says: "Send a bearer token: \"Authorization: Bearer <token>\"." },
  { code: "access.role-beyond-reach", kind: "forbidden", when: "", says: "The local administrator cannot hand out …: those decide, approve, or make somebody who may. Use the first administrator's link (\"mandate token first-admin\")." },
  { code: "access.roles-exclude-each-other", kind: "invalid", when: "", says: "… and … are duties that one credential must not hold together. Make two, for two people." },
  { code: "checks.check-unknown", kind: "invalid", when: "", says: "There is no such check. GET /checks lists them." },
  { code: "checks.default-policy-is-last", kind: "invalid", when: "", says: "The default policy stands last, is about everything, and cannot be removed. Put a policy of your own before it." },
  { code: "checks.policy-name-taken", kind: "conflict", when: "", says: "There is another policy of this name." },
  { code: "findings.finding-resolved", kind: "conflict", when: "", says: "This finding is resolved. If what it tells comes back, it opens again by itself." },
  { code: "inventory.not-for-emergencies", kind: "conflict", when: "", says: "Only the use of emergency access (expected use break-glass) is reviewed one by one." },
  { code: "inventory.nothing-was-used", kind: "conflict", when: "", says: "No use of it is known, so there is nothing to review." },
  { code: "inventory.own-use", kind: "forbidden", when: "", says: "Nobody reviews their own use. Ask somebody else to look at it." },
  { code: "inventory.source-name-taken", kind: "conflict", when: "", says: "There is another source of this name." },
  { code: "ownership.accepted-already", kind: "conflict", when: "", says: "It was accepted. Somebody has to take it over first: ask for another owner to be named." },
  { code: "ownership.not-a-person", kind: "forbidden", when: "", says: "A person answers for an identity. Sign in as one; a token that is nobody cannot claim it." },
  { code: "ownership.not-yours-to-accept", kind: "forbidden", when: "", says: "Only the person who is named as owner accepts. If you were asked because they are silent: claim it, or decline and name somebody." },
  { code: "ownership.not-yours-to-decline", kind: "forbidden", when: "", says: "Only who is asked to answer for this identity can say that it is not theirs." },
  { code: "ownership.not-yours-to-depute", kind: "forbidden", when: "", says: "Only the owner names their deputies, or somebody who manages ownership." },
  { code: "ownership.nothing-to-accept", kind: "conflict", when: "", says: "Nobody is named as owner of this identity." },
  { code: "ownership.owned-already", kind: "conflict", when: "", says: "Somebody answers for this identity, or is being asked to. It cannot be claimed from them." },
  { code: "ownership.owner-cannot-answer", kind: "invalid", when: "", says: "This person has left, or will not be there to answer. Name somebody who is." },
  { code: "ownership.rule-decides", kind: "conflict", when: "", says: "The ownership rule \"…\" replaces assignments made by hand. Change the rule, or name the owner it gives." },
  { code: "ownership.rule-name-taken", kind: "conflict", when: "", says: "There is another ownership rule of this name." },
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
  { code: "request.reference-unknown", kind: "invalid", when: "The body points at something that does not exist, or is not the caller's to see.", says: "There is no such …. Give the id of one that exists." },
  { code: "request.secret-refused", kind: "invalid", when: "", says: "Mandate stores no secret values, and something in this request looks like one. It was not stored. Send the id or a reference instead." },
  { code: "request.too-large", kind: "too-large", when: "A body, a file, an address or a header is longer than the route takes.", says: "" },
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
