import { DomainError, type InputError } from '../platform/http/index.js';

export class ConnectorUnknown extends DomainError {
  readonly code = 'sync.connector-unknown';
  readonly kind = 'invalid';
  override readonly details: { errors: readonly InputError[] };
  constructor(known: readonly string[]) {
    super(`There is no such connector. Known: ${known.join(', ')}.`);
    this.details = { errors: [{ pointer: '/connector', detail: 'is not a connector' }] };
  }
}

export class FormatUnknown extends DomainError {
  readonly code = 'sync.format-unknown';
  readonly kind = 'invalid';
  override readonly details: { errors: readonly InputError[] };
  constructor(known: readonly string[]) {
    super(`There is no such file format. Known: ${known.join(', ')}.`);
    this.details = { errors: [{ pointer: '/format', detail: 'is not a file format' }] };
  }
}

export class SourceIsAFile extends DomainError {
  readonly code = 'sync.source-is-a-file';
  readonly kind = 'conflict';
  constructor() {
    super('This source is filled by importing files; there is nothing to connect to. Import a newer file instead.');
  }
}

export class SourceTakesNoFiles extends DomainError {
  readonly code = 'sync.source-takes-no-files';
  readonly kind = 'conflict';
  constructor(connector: string) {
    super(`A source of this name exists and is read by ${connector}. Import into a source of another name.`);
  }
}

export class SourceIsBeingRead extends DomainError {
  readonly code = 'sync.source-is-being-read';
  readonly kind = 'conflict';
  override readonly details: { run: string };
  constructor(run: string) {
    super('This source is being read right now. Wait for that run to end, then import.');
    this.details = { run };
  }
}

export class RunNotHeld extends DomainError {
  readonly code = 'sync.run-not-held';
  readonly kind = 'conflict';
  constructor() {
    super('Only a run that is held can be confirmed.');
  }
}

export class RunSuperseded extends DomainError {
  readonly code = 'sync.run-superseded';
  readonly kind = 'conflict';
  constructor() {
    super(
      'The source was read again since this run was held; what it would have removed is out of date. Look at the newer run.',
    );
  }
}
