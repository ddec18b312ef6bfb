'use strict';

/** osls adds a DependsOn for a function's role that its GetAtt already means (cfn-lint W3005), and a template with any lint message is refused by strict validators. */
module.exports = function tidyTemplate({ Resources }) {
  for (const resource of Object.values(Resources)) {
    const role = resource.Properties?.Role?.['Fn::GetAtt']?.[0];
    if (resource.Type === 'AWS::Lambda::Function' && role !== undefined) resource.DependsOn = resource.DependsOn.filter((name) => name !== role);
  }
};
