/** What a real Gitea sent and answered, for tests in this workspace; not part of the published package. */
export { isRecorded, recordedAnswer, replayFetch, type RecordedAnswer, type ReplayedCall } from './recorded-answers.js';
export { recordedDeliveries, recordedDelivery, recordedSecret, recordedVersions, type RecordedDelivery } from './recorded-deliveries.js';
