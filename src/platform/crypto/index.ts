export { canonicalJson } from './canonical-json.js';
export { digestOf, isSameSecret, KeyedHasher, keyedHash, randomSecret, randomSeed, sha256Hex } from './digests.js';
export { newId, UUID } from './ids.js';
export { CannotUnseal, derivedKey, Sealing } from './sealing.js';
export {
  findSecret,
  isSecretColumn,
  SecretFound,
  secretShapeIn,
  SecretSieve,
  strikeOutSecrets,
  STRUCK_OUT,
} from './secret-shapes.js';
