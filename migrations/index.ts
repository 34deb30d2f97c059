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
import { Platform1763730000141 } from './1763730000141-platform-2.js';
import { Inventory1763730000142 } from './1763730000142-inventory-2.js';
import { Inventory1763730000143 } from './1763730000143-inventory-3.js';

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
  Platform1763730000141,
  Inventory1763730000142,
  Inventory1763730000143,
] as const;
