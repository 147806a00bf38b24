setInterval(() => undefined, 3_600_000).unref();
