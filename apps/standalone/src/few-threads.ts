// Imported first: libuv reads this before its first use. Each thread has a heap of malloc's own, and one is enough for a small table.
process.env['UV_THREADPOOL_SIZE'] ??= '1';
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
