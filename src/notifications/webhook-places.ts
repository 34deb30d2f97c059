/** Where a sealed text of a webhook is kept: it opens nowhere else. */
export const placeOfUrl = (webhookId: string): string => `webhook ${webhookId} url`;
export const placeOfSecret = (webhookId: string): string => `webhook ${webhookId} secret`;
