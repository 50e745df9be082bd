// Preloaded into the processes of a community on one machine: a launcher that dies must not leave them behind.
if (process.channel) {
  process.channel.unref();
  process.on('disconnect', () => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 3000).unref();
  });
}
