import type { Connector, FileFormat } from '../sdk/index.js';

/** Every connector and file format this installation has, by id. */
export class ConnectorRegistry {
  private readonly byId: ReadonlyMap<string, Connector>;
  private readonly formatById: ReadonlyMap<string, FileFormat>;

  constructor(connectors: readonly Connector[], formats: readonly FileFormat[]) {
    this.byId = unique(connectors, 'connectors');
    this.formatById = unique(formats, 'file formats');
  }

  get(id: string): Connector | undefined {
    return this.byId.get(id);
  }
  all(): readonly Connector[] {
    return [...this.byId.values()];
  }
  format(id: string): FileFormat | undefined {
    return this.formatById.get(id);
  }
  formats(): readonly FileFormat[] {
    return [...this.formatById.values()];
  }
}

function unique<T extends { readonly id: string }>(items: readonly T[], what: string): Map<string, T> {
  const map = new Map(items.map((item) => [item.id, item]));
  if (map.size !== items.length) throw new Error(`Two ${what} have the same id`);
  return map;
}
