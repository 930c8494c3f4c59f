// Reads [{"name", "url", "cookies": "a=b; c=d"}] and the browser's path; writes {name: [what is wrong]}.
import pa11y from 'pa11y';

let given = '';
for await (const chunk of process.stdin) given += chunk;
const { browser, pages } = JSON.parse(given);
const found = {};
for (const page of pages) {
  const result = await pa11y(page.url, {
    headers: page.cookies ? { Cookie: page.cookies } : {},
    standard: 'WCAG2AA',
    runners: ['axe', 'htmlcs'],
    timeout: 60000,
    chromeLaunchConfig: { executablePath: browser, args: ['--no-sandbox'] },
  });
  found[page.name] = result.issues.map((i) => `${i.runner} ${i.code} ${i.message} ${i.context}`);
}
process.stdout.write(JSON.stringify(found));
