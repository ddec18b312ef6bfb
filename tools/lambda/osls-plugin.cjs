'use strict';
const awsNames = require('./aws-names.cjs');
const configurationProblems = require('./configuration.cjs');
const { findStrangers, refusal } = require('./deploy-guard.cjs');
const tidyTemplate = require('./tidy-template.cjs');

/**
 * What `osls package` and `osls deploy` do here besides: read the configuration as the functions will, tidy the
 * template, and look before the first change whether a name is taken. `custom.configuration` names the parts to read.
 */
module.exports = class DeploymentPlugin {
  constructor(serverless, _options, { log }) {
    const deploys = serverless.processedInput.commands[0] === 'deploy';
    const fail = (message) => {
      throw new serverless.classes.Error(message, 'DEPLOYMENT_REFUSED');
    };
    this.hooks = {
      'before:package:cleanup': () => {
        const problems = configurationProblems(serverless.service.custom.configuration, process.env);
        if (problems.length === 0) return;
        const list = problems.map((problem) => `  ${problem}`).join('\n');
        if (deploys) fail(`nothing was deployed: the configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${list}`);
        log.warning(`packaged without a whole configuration; the functions would not start so, and deploy refuses it:\n${list}`);
      },
      'after:aws:package:finalize:mergeCustomProviderResources': () => tidyTemplate(serverless.service.provider.compiledCloudFormationTemplate),
      'before:deploy:deploy': async () => {
        const provider = serverless.getProvider('aws');
        const stack = provider.naming.getStackName();
        const strangers = await findStrangers(serverless.service.provider.compiledCloudFormationTemplate, awsNames(await provider.getAwsSdkV3Config(), stack));
        if (strangers.length > 0) fail(refusal(strangers, stack));
      },
    };
  }
};
