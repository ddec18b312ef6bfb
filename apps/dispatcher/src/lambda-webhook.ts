import { createAwsCall, createLambdaParameterReader, createLogger, createSecretValue, createSqsQueue, loadConfig } from '@tinqs/installation';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { handleWebhook, type WebhookTools } from './webhook.js';

const tools = compose(process.env);

/** The function URL's entry. Header names come in lower case; the body may be base64, and the signature covers what it stands for. */
export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const path = event.rawPath.replace(/\/+$/, '');
  if (path !== '' && path !== '/webhook') return { statusCode: 404, body: 'expected POST /webhook' };
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  const { status, body: text } = await handleWebhook({ method: event.requestContext.http.method, headers: event.headers, readBody: async (most) => (body.byteLength > most ? null : body) }, tools);
  return { statusCode: status, headers: { 'content-type': 'text/plain; charset=utf-8', ...(status === 405 ? { allow: 'POST' } : {}) }, body: text };
}

function compose(environment: NodeJS.ProcessEnv): WebhookTools {
  const config = loadConfig('webhook', environment);
  const now = Date.now;
  const log = createLogger((line) => console.log(line), now, { function: 'webhook' });
  const call = createAwsCall({ environment, now });
  const readParameter = createLambdaParameterReader(call);
  const secrets = config.WEBHOOK_SECRET.map((setting) => createSecretValue(setting, { readParameter, now }));
  const queue = createSqsQueue({ call, url: environment['QUEUE_URL'] ?? '' });
  return { secrets: () => Promise.all(secrets.map((secret) => secret.read())), allowedRepositories: config.ALLOWED_REPOSITORIES, send: (message) => queue.send(message), log, now };
}
