export { publish, publishCandidate, rollBack, type PublishOptions, type PublishOutcome } from './publish.js';
export { planPublish, type Facts, type Plan } from './plan.js';
