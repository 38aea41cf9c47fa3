/**
 * A real WebKit: Debian's MiniBrowser on a screen of its own, driven by plain WebDriver. It offers the few words of
 * browsers.mjs: `{origin, page, evaluate, close}`, with `goto` and `evaluate` on the page.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { serve } from '../../www/serve.mjs';
import { evaluate, freePort } from './webdriver.mjs';

/** Debian keeps it beside WebKit's libraries: /usr/lib/MACHINE/webkit2gtk-4.1/MiniBrowser. */
const below = (folder, pattern) => (existsSync(folder) ? readdirSync(folder).filter((name) => pattern.test(name)).map((name) => join(folder, name)) : []);
const miniBrowser = below('/usr/lib', /-linux-gnu/).flatMap((machine) => below(machine, /^webkit2gtk-4/)).flatMap((folder) => below(folder, /^MiniBrowser$/))[0];
const onPath = (program) => (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, program)));
const missing = [!miniBrowser && 'MiniBrowser', ...['WebKitWebDriver', 'Xvfb'].filter((program) => !onPath(program))].filter(Boolean);

export const webkit = {
  name: 'WebKit',
  skip: missing.length > 0 ? `not installed: ${missing.join(', ')} (Debian: webkit2gtk-driver, xvfb)` : false,
  open: openWebKit,
};

/** Shared memory is off in this build unless asked for; rendering in software needs no graphics card. */
const SETTINGS = { JSC_useSharedArrayBuffer: '1', WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1', LIBGL_ALWAYS_SOFTWARE: '1' };

async function openWebKit({ isolated = false, folders } = {}) {
  const server = await serve({ isolated, folders });
  const screen = spawn('Xvfb', ['-displayfd', '3', '-nolisten', 'tcp', '-screen', '0', '1280x900x24'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const [display] = await once(screen.stdio[3], 'data');
  const port = await freePort();
  const driver = spawn('WebKitWebDriver', [`--port=${port}`], { env: { ...process.env, ...SETTINGS, DISPLAY: `:${String(display).trim()}` }, stdio: 'ignore' });
  const session = await startSession(`http://127.0.0.1:${port}`);
  const page = {
    goto: (url) => session.ask('POST', '/url', { url }),
    evaluate: (work, argument) => evaluate((script, args) => session.ask('POST', '/execute/async', { script, args }), work, argument),
    screenshot: async () => Buffer.from(await session.ask('GET', '/screenshot'), 'base64'),
  };
  const close = async () => {
    await session.ask('DELETE', '');
    driver.kill();
    screen.kill();
    server.close();
    server.closeAllConnections();
  };
  return { origin: `http://127.0.0.1:${server.address().port}`, page, evaluate: page.evaluate, close };
}

/** The driver takes a moment to listen. */
async function startSession(driver) {
  const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': { binary: miniBrowser, args: ['--automation'] } } };
  for (let left = 50; ; left--) {
    try {
      const { sessionId } = await ask(driver, 'POST', '/session', { capabilities });
      const session = { ask: (method, path, body) => ask(driver, method, `/session/${sessionId}${path}`, body) };
      await session.ask('POST', '/timeouts', { script: 300_000 });
      return session;
    } catch (error) {
      if (left === 0 || error.name === 'WebDriverError') throw error;
      await pause(200);
    }
  }
}

async function ask(driver, method, path, body) {
  const response = await fetch(driver + path, { method, ...(body && { body: JSON.stringify(body) }) });
  const { value } = await response.json();
  if (value?.error) throw Object.assign(new Error(`${path}: ${value.error} ${value.message}`), { name: 'WebDriverError' });
  return value;
}
