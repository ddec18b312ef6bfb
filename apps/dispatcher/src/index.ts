export { dispatchBatch } from './dispatch.js';
export type { DispatchTools, EventPlanner, QueuedMessage } from './dispatch.js';
export { createOnce } from './once.js';
export { createEventPlanner } from './plan-event.js';
export type { PlanDifferences } from './plan-event.js';
export { handleWebhook } from './webhook.js';
export type { WebhookAnswer, WebhookRequest, WebhookTools } from './webhook.js';
