import { v7 } from 'uuid';
import type { Clock } from '../clock/index.js';

/** A UUIDv7 stamped by our clock: sorts by creation, so a list can page by it. */
export const newId = (clock: Clock): string => v7({ msecs: clock.now().getTime() });

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
