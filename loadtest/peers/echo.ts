/** The least a WebSocket server here can do: uWebSockets.js sends every frame back. Environment: HOST, PORT. */
import uws from 'uWebSockets.js';

uws
  .App()
  .ws('/', { message: (socket, message, isBinary) => void socket.send(message, isBinary) })
  .get('/healthz', (response) => void response.end('ready'))
  .listen(process.env['HOST'] ?? '127.0.0.1', Number(process.env['PORT']), (listening) => {
    if (listening === false) throw new Error('the port is taken');
  });
