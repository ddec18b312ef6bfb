import { createAwsCall, createLambdaParameterReader, createSecretValue } from '@tinqs/installation';
import { createAlert } from './alert.js';

/** What CloudWatch hands a function whose alarm changed (CloudWatch user guide, "Lambda alarm actions"). */
export interface CloudWatchAlarmEvent {
  readonly alarmData: { readonly alarmName: string; readonly state: { readonly value: string; readonly reason?: string }; readonly configuration?: { readonly description?: string } };
}

const alert = compose(process.env);

/** A CloudWatch alarm becomes the same message as the sweep's own; this one also speaks when the sweep is silent. */
export async function handler({ alarmData }: CloudWatchAlarmEvent): Promise<void> {
  const { alarmName, state, configuration } = alarmData;
  const sentence = state.value === 'OK' ? `${alarmName} is over` : `${alarmName}: ${configuration?.description ?? state.reason ?? state.value}`;
  console.log(JSON.stringify({ at: new Date().toISOString(), level: state.value === 'OK' ? 'info' : 'error', message: 'alarm', id: alarmName, sentence }));
  await alert({ id: alarmName, sentence });
}

function compose(environment: NodeJS.ProcessEnv) {
  const now = Date.now;
  const setting = environment['ALERT_WEBHOOK_URL'];
  const url = setting === undefined || setting === '' ? undefined : createSecretValue(setting, { readParameter: createLambdaParameterReader(createAwsCall({ environment, now })), now });
  return createAlert({ url: async () => url?.read() });
}
