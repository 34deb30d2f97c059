import type { Statement } from './document.js';

/** Namespaces of services that run or build AI. Patterns over them count; a pattern that could mean anything does not. */
const AI_NAMESPACE =
  /^(?:bedrock|sagemaker|q|qapps|qbusiness|qdeveloper|amazonq|codewhisperer|nova-act|comprehend|lex|kendra|rekognition|textract|transcribe|polly|translate|personalize|forecast)(?:-[a-z0-9-]*)?$/;

/** A policy over more services than this is about reading or running an account, not about AI, though it names it. */
const BROAD = 25;

/** The part of an action pattern before the colon, without a star at its end: `bedrock*` speaks of Bedrock. */
const namespaceOf = (action: string): string => action.split(':')[0]!.replace(/\*+$/, '');

export const isAiService = (namespace: string): boolean => AI_NAMESPACE.test(namespace.toLowerCase());

/** AI services that a list of statements allows by name. */
export function aiServicesNamedIn(statements: readonly Statement[]): string[] {
  const named = new Set(
    statements.flatMap(({ effect, isNotAction, actions }) =>
      effect === 'Allow' && !isNotAction ? actions.filter((action) => action.includes(':')).map(namespaceOf) : [],
    ),
  );
  if (named.size > BROAD) return [];
  return [...named].filter(isAiService).sort();
}

/** The AI service a trusted principal is, or null: bedrock-agentcore.amazonaws.com. */
export function aiServiceOfPrincipal(principal: string): string | null {
  const [namespace] = principal.split('.');
  return /\.amazonaws\.com(?:\.cn)?$/.test(principal) && namespace !== undefined && isAiService(namespace)
    ? namespace
    : null;
}
