import { Queue1763730000001 } from './1763730000001-queue.js';
import { Platform1763730000002 } from './1763730000002-platform.js';
import { Audit1763730000003 } from './1763730000003-audit.js';
import { Subjects1763730000004 } from './1763730000004-subjects.js';
import { People1763730000005 } from './1763730000005-people.js';
import { AccessControl1763730000006 } from './1763730000006-access-control.js';
import { Inventory1763730000007 } from './1763730000007-inventory.js';
import { UseCases1763730000008 } from './1763730000008-use-cases.js';
import { Ownership1763730000009 } from './1763730000009-ownership.js';
import { Sync1763730000010 } from './1763730000010-sync.js';
import { Checks1763730000011 } from './1763730000011-checks.js';
import { Findings1763730000012 } from './1763730000012-findings.js';
import { Ownership21763730000101 } from './1763730000101-ownership-2.js';
import { PeopleFeeds1763730000161 } from './1763730000161-people-2.js';
import { ChecksTwo1763730000111 } from './1763730000111-checks-2.js';
import { FindingsTwo1763730000112 } from './1763730000112-findings-2.js';
import { AccessControl1763730000151 } from './1763730000151-access-control-2.js';
import { AccessControl31763730000152 } from './1763730000152-access-control-3.js';
import { Notifications1763730000121 } from './1763730000121-notifications.js';
import { Audit1763730000122 } from './1763730000122-audit-2.js';
import { Findings1763730000123 } from './1763730000123-findings-2.js';
import { Remediation1763730000171 } from './1763730000171-remediation.js';
import { Certification1763730000172 } from './1763730000172-certification.js';
import { Inventory21763730000102 } from './1763730000102-inventory-2.js';
import { Inventory1763730000131 } from './1763730000131-inventory-2.js';
import { PeopleSignals1763730000162 } from './1763730000162-people-3.js';
import { PeopleCandidates1763730000163 } from './1763730000163-people-4.js';
import { Evidence1763730000132 } from './1763730000132-evidence.js';
import { Findings1763730000133 } from './1763730000133-findings-2.js';
import { Platform1763730000141 } from './1763730000141-platform-2.js';
import { Inventory1763730000142 } from './1763730000142-inventory-2.js';
import { PeopleAddresses1763730000164 } from './1763730000164-people-5.js';
import { PeopleTeamsFromGroups1763730000165 } from './1763730000165-people-6.js';
import { Inventory1763730000143 } from './1763730000143-inventory-3.js';
import { Remediation1763730000191 } from './1763730000191-remediation-2.js';
import { Notifications1763730000181 } from './1763730000181-notifications-2.js';
import { Certification1763730000182 } from './1763730000182-certification-2.js';
import { Certification1763730000183 } from './1763730000183-certification-3.js';
import { Certification1763730000211 } from './1763730000211-certification-2.js';
import { Certification1763730000184 } from './1763730000184-certification-4.js';
import { Checks1763730000201 } from './1763730000201-checks-3.js';
import { Findings1763730000202 } from './1763730000202-findings-4.js';
import { Findings1763730000203 } from './1763730000203-findings-5.js';
import { UseCases1763730000212 } from './1763730000212-use-cases-2.js';

/** In the order they run. A migration that has landed is never edited: what it got wrong, the next one mends. */
export const migrations = [
  Queue1763730000001,
  Platform1763730000002,
  Audit1763730000003,
  Subjects1763730000004,
  People1763730000005,
  AccessControl1763730000006,
  Inventory1763730000007,
  UseCases1763730000008,
  Ownership1763730000009,
  Sync1763730000010,
  Checks1763730000011,
  Findings1763730000012,
  Ownership21763730000101,
  PeopleFeeds1763730000161,
  ChecksTwo1763730000111,
  FindingsTwo1763730000112,
  AccessControl1763730000151,
  AccessControl31763730000152,
  Notifications1763730000121,
  Audit1763730000122,
  Findings1763730000123,
  Remediation1763730000171,
  Certification1763730000172,
  Inventory21763730000102,
  Inventory1763730000131,
  PeopleSignals1763730000162,
  PeopleCandidates1763730000163,
  Evidence1763730000132,
  Findings1763730000133,
  Platform1763730000141,
  Inventory1763730000142,
  PeopleAddresses1763730000164,
  Inventory1763730000143,
  PeopleTeamsFromGroups1763730000165,
  Remediation1763730000191,
  Notifications1763730000181,
  Certification1763730000182,
  Certification1763730000183,
  Certification1763730000211,
  Certification1763730000184,
  UseCases1763730000212,
  Checks1763730000201,
  Findings1763730000202,
  Findings1763730000203,
] as const;
