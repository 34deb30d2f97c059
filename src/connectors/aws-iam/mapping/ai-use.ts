import type { Stated } from '../../sdk/index.js';
import { isAiService } from '../policy/ai-services.js';
import type { Reached } from './holdings.js';
import type { ServiceUse } from './last-use.js';

/**
 * Whether an identity uses AI, and why we hold it to be so. A wildcard that could mean an AI service among everything else
 * proves nothing either way: then the answer is left out.
 */
export function aiUseOf(
  { judgement, isPartlyUnknown }: Reached,
  trusts: readonly string[],
  use: ServiceUse | null,
): Stated<'yes' | 'no'> | undefined {
  const accessed = (use?.services ?? [])
    .filter(({ service, at }) => at !== null && isAiService(service))
    .map(({ service, at }) => `last asked ${service} on ${at!.slice(0, 10)}`);
  const reasons = [...trusts, ...judgement.ai, ...accessed];
  if (reasons.length > 0) return { value: 'yes', because: reasons.slice(0, 4).join('; ') };
  return judgement.excludesAi && !isPartlyUnknown
    ? { value: 'no', because: 'no policy it holds allows an AI service' }
    : undefined;
}
