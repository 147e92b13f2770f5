const SECRET = /token|secret|password|api_?key/i;
const MASK = '***';

/**
 * The URL with the values of secret parameters masked (`token`, `trading_group_token`, `trigger_token`,
 * `analyst_token` and their like), however their names are escaped. For logs; every other byte stays.
 */
export const redactUrl = (url: string): string => {
  const query = url.indexOf('?');
  if (query < 0) return url;
  return `${url.slice(0, query)}?${url.slice(query + 1).split('&').map(redactPair).join('&')}`;
};

const redactPair = (pair: string): string => {
  const [name] = new URLSearchParams(pair).keys();
  if (name === undefined || !SECRET.test(name)) return pair;
  const equals = pair.indexOf('=');
  return equals < 0 ? pair : `${pair.slice(0, equals)}=${MASK}`;
};
