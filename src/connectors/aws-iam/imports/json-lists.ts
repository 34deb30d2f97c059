import Assembler from 'stream-json/assembler.js';
import { jsonParser, type Token } from 'stream-json/parser.js';

/** One element of a list in a file, or a plain value that stands beside the lists. */
export type JsonPart =
  | { readonly list: string; readonly index: number; readonly value: unknown }
  | { readonly name: string; readonly value: boolean | string | null };

/** The text is no JSON, or ends before it is over. */
export class BrokenJson extends Error {
  override readonly name = 'BrokenJson';
}

/**
 * Walks the lists of these names wherever they stand in a JSON text of any size, one element at a time: what is in memory
 * is one element. Only lists in `wanted` are put together; the others are passed over.
 */
export async function* jsonLists(
  chunks: AsyncIterable<Uint8Array>,
  lists: ReadonlySet<string>,
  wanted: ReadonlySet<string> = lists,
): AsyncGenerator<JsonPart> {
  const walk = new Walk(lists, wanted);
  for await (const tokens of tokenised(chunks)) {
    const parts = walk.take(tokens);
    if (parts.length > 0) yield* parts;
  }
  if (!walk.isOver) throw new BrokenJson('the file ends in the middle');
}

/** The parser as a plain function: five times as fast as the same through a stream of tokens. */
async function* tokenised(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Token[]> {
  const parse = jsonParser({ packValues: true, streamValues: false, jsonStreaming: true }) as (
    text: string | symbol,
  ) => unknown;
  const decoder = new TextDecoder('utf-8', { fatal: false });
  // What the parser gives is one token, several under `values`, or the sign for none.
  const tokensOf = (given: unknown): readonly Token[] => {
    if (typeof given !== 'object' || given === null) return [];
    return 'values' in given ? (given.values as Token[]) : [given as Token];
  };
  try {
    for await (const chunk of chunks) yield tokensOf(parse(decoder.decode(chunk, { stream: true })));
    yield tokensOf(parse(decoder.decode()));
    yield tokensOf(parse(END));
  } catch {
    throw new BrokenJson('the file is no JSON');
  }
}

const END = Symbol.for('object-stream.none');

class Walk {
  private depth = 0;
  private key: string | null = null;
  private began = false;
  private list: { readonly name: string; readonly depth: number; index: number; readonly isWanted: boolean } | null =
    null;
  private assembler: Assembler | null = null;

  constructor(
    private readonly lists: ReadonlySet<string>,
    private readonly wanted: ReadonlySet<string>,
  ) {}

  get isOver(): boolean {
    return this.began && this.depth === 0;
  }

  take(tokens: readonly Token[]): JsonPart[] {
    const parts: JsonPart[] = [];
    for (const token of tokens) {
      const part = this.step(token);
      if (part) parts.push(part);
    }
    return parts;
  }

  private step(token: Token): JsonPart | null {
    this.began = true;
    const before = this.depth;
    if (token.name === 'startObject' || token.name === 'startArray') this.depth++;
    else if (token.name === 'endObject' || token.name === 'endArray') this.depth--;
    return this.list ? this.inList(this.list, token) : this.outside(token, before);
  }

  private outside(token: Token, before: number): JsonPart | null {
    if (token.name === 'keyValue') {
      this.key = token.value;
      return null;
    }
    const { key } = this;
    this.key = null;
    if (key === null) return null;
    if (token.name === 'startArray' && this.lists.has(key))
      this.list = { name: key, depth: before + 1, index: 0, isWanted: this.wanted.has(key) };
    else if (
      token.name === 'trueValue' ||
      token.name === 'falseValue' ||
      token.name === 'stringValue' ||
      token.name === 'nullValue'
    )
      return { name: key, value: token.value };
    return null;
  }

  private inList(list: NonNullable<Walk['list']>, token: Token): JsonPart | null {
    if (this.depth < list.depth) {
      this.list = null;
      return null;
    }
    if (!list.isWanted) return null;
    this.assembler ??= new Assembler();
    this.assembler.consume(token);
    if (this.depth > list.depth) return null;
    const value: unknown = this.assembler.current;
    this.assembler = null;
    return { list: list.name, index: list.index++, value };
  }
}
