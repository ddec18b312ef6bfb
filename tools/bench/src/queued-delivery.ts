import { signDelivery } from '@tinqs/gitea-client';
import { recordedDelivery, recordedSecret } from '@tinqs/gitea-client/testing';

export interface SignedBody {
  readonly headers: { readonly [name: string]: string };
  readonly body: Uint8Array;
}

/** What Gitea 1.27 sent for a queued job, as that of another job: its id is changed and the body signed anew. */
export function queuedDelivery(jobId: number): SignedBody {
  const { headers, body } = recordedDelivery('1.27', '020-workflow_job-queued-plain');
  const payload = JSON.parse(body) as { readonly workflow_job: object };
  // Gitea indents what it sends.
  const bytes = Buffer.from(JSON.stringify({ ...payload, workflow_job: { ...payload.workflow_job, id: jobId, run_id: jobId } }, null, 2));
  const signature = signDelivery(bytes, secret);
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return { headers: { ...lower, 'content-length': String(bytes.byteLength), 'x-gitea-signature': signature, 'x-hub-signature-256': `sha256=${signature}` }, body: bytes };
}

export const secret = recordedSecret;
