export { dispatchBatch } from './dispatch.js';
export type { DispatchTools, PlanEvent, QueuedMessage } from './dispatch.js';
export { createOnce } from './once.js';
export { createPlanEvent } from './plan-event.js';
export { handleWebhook } from './webhook.js';
export type { WebhookAnswer, WebhookRequest, WebhookTools } from './webhook.js';
