'use strict';
module.exports = require('../../tools/lambda/bundle.cjs');
