/**
 * A real Firefox, driven by Marionette, the protocol of its own that geckodriver speaks: `length:[type, id, command,
 * arguments]` over TCP. WebDriver BiDi is not used, since it watches every worker, and a worker that starts another one
 * while it is being watched waits for ever at times.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { serve } from '../../www/serve.mjs';
import { evaluate, freePort } from './webdriver.mjs';

const executablePath = '/usr/bin/firefox-esr';

export const firefox = {
  name: 'Firefox',
  skip: existsSync(executablePath) ? false : `not installed: ${executablePath}`,
  open: openFirefox,
};

async function openFirefox({ isolated = false, folders } = {}) {
  const server = await serve({ isolated, folders });
  const profile = mkdtempSync(join(tmpdir(), 'slimpix-firefox-'));
  const port = await freePort();
  writeFileSync(join(profile, 'user.js'), `user_pref("marionette.port", ${port});\n`);
  const browser = spawn(executablePath, ['--headless', '--no-remote', '--marionette', '--profile', profile], { stdio: 'ignore' });
  const session = await startSession(port);
  const page = {
    goto: (url) => session.ask('WebDriver:Navigate', { url }),
    evaluate: (work, argument) => evaluate((script, args) => session.ask('WebDriver:ExecuteAsyncScript', { script, args }), work, argument),
  };
  const close = async () => {
    const ended = once(browser, 'exit');
    await session.ask('Marionette:Quit', { flags: ['eForceQuit'] }).catch(() => browser.kill('SIGKILL'));
    await ended;
    server.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { origin: `http://127.0.0.1:${server.address().port}`, page, evaluate: page.evaluate, close };
}

async function startSession(port) {
  const session = new Session(await connected(port));
  await session.ask('WebDriver:NewSession', {});
  await session.ask('WebDriver:SetTimeouts', { script: 600_000 });
  return session;
}

/** The browser takes a moment to listen. */
async function connected(port) {
  for (let left = 150; ; left--) {
    const socket = connect(port, '127.0.0.1');
    const [outcome] = await Promise.race([once(socket, 'connect').then(() => []), once(socket, 'error')]);
    if (!outcome) return socket;
    if (left === 0) throw outcome;
    await pause(200);
  }
}

class Session {
  #socket;
  #received = Buffer.alloc(0);
  #waiting = new Map();
  #lastId = 0;

  constructor(socket) {
    this.#socket = socket;
    socket.on('data', (data) => {
      this.#received = Buffer.concat([this.#received, data]);
      for (let message = this.#next(); message; message = this.#next()) this.#hear(message);
    });
    socket.on('close', () => this.#waiting.forEach(({ reject }) => reject(new Error('Firefox has ended'))));
  }

  ask(command, parameters) {
    const id = ++this.#lastId;
    const text = Buffer.from(JSON.stringify([0, id, command, parameters]));
    this.#socket.write(Buffer.concat([Buffer.from(`${text.length}:`), text]));
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  /** The first whole message that was received, if there is one. */
  #next() {
    const colon = this.#received.indexOf(':');
    const end = colon + 1 + Number(this.#received.subarray(0, colon));
    if (colon < 0 || this.#received.length < end) return undefined;
    const message = JSON.parse(this.#received.subarray(colon + 1, end));
    this.#received = this.#received.subarray(end);
    return message;
  }

  /** The first thing said is a greeting, and no answer. */
  #hear(message) {
    if (!Array.isArray(message)) return;
    const [, id, error, result] = message;
    const { resolve, reject } = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) reject(Object.assign(new Error(`${error.error}: ${error.message}`), { name: 'WebDriverError' }));
    else resolve(result?.value);
  }
}
