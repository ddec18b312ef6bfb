'use strict';
// osls takes local plugins from the folder of the service only.
module.exports = require('../../tools/lambda/osls-plugin.cjs');
