import { DomainError, type InputError } from '../platform/http/index.js';

export class NoSealingKey extends DomainError {
  readonly code = 'notifications.no-sealing-key';
  readonly kind = 'unavailable';
  constructor() {
    super(
      'Mandate has no key to seal the secret of a webhook with. Set MANDATE_SEALING_KEY (or MANDATE_SEALING_KEY_FILE) to at least 32 characters and start it again.',
    );
  }
}

export class WebhookNameTaken extends DomainError {
  readonly code = 'notifications.webhook-name-taken';
  readonly kind = 'conflict';
  constructor() {
    super('Another webhook has this name. Choose a different one.');
  }
}

export class WebhookAddressClosed extends DomainError {
  readonly code = 'notifications.webhook-address-closed';
  readonly kind = 'invalid';
  override readonly details: { errors: readonly InputError[] };
  constructor(because: string) {
    super(
      'Mandate does not post to this address. Give a public https address, or have the operator allow private ones (MANDATE_WEBHOOK_ALLOW_PRIVATE).',
    );
    this.details = { errors: [{ pointer: '/url', detail: because }] };
  }
}

export class WebhookHasNoSecret extends DomainError {
  readonly code = 'notifications.webhook-has-no-secret';
  readonly kind = 'conflict';
  constructor() {
    super('A chat takes no signature, so there is no secret to renew. Change its address instead.');
  }
}

export class WebhookDisabled extends DomainError {
  readonly code = 'notifications.webhook-disabled';
  readonly kind = 'conflict';
  constructor() {
    super('This webhook is disabled. Enable it first; what waits is then sent.');
  }
}

export class DeliveryUnderway extends DomainError {
  readonly code = 'notifications.delivery-underway';
  readonly kind = 'conflict';
  constructor() {
    super('This delivery waits or is being sent already. Look again once it is over.');
  }
}

export class MessageUnderway extends DomainError {
  readonly code = 'notifications.message-underway';
  readonly kind = 'conflict';
  constructor() {
    super('This message waits or is being sent already, so it is not sent a second time.');
  }
}
