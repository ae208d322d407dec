/** Formats of the keys of providers, as they publish them: a prefix, and how many characters follow. */
interface KeyFormat {
  /** Text that every such key contains; at least four bytes, letters in either case. */
  needles: readonly string[];
  pattern: string;
}

/** Characters before a prefix of three, which is too short to be searched for alone. */
const before = ['\n', ' ', '"', "'", '=', ':', '/', '(', ',', '['];
const short = (prefix: string) => before.map((character) => `${character}${prefix}`);
const words = (text: string) => text.split(' ');

const formats: readonly KeyFormat[] = [
  { needles: words('akia asia abia'), pattern: 'A(?:KIA|SIA|BIA)[0-9A-Z]{16}(?![0-9A-Z])' },
  { needles: ['ltai'], pattern: 'LTAI[A-Za-z0-9]{12,}' },
  { needles: ['aiza'], pattern: 'AIza[\\w-]{35}' },
  { needles: ['gocspx-'], pattern: 'GOCSPX-[\\w-]{20,}' },
  { needles: ['ya29.'], pattern: 'ya29\\.[\\w-]{20,}' },
  { needles: ['1//0'], pattern: '1//0[\\w-]{30,}' },
  {
    needles: words('sk_live_ rk_live_ sk_test_ rk_test_ sk_prod_ rk_prod_'),
    pattern: '[sr]k_(?:live|test|prod)_[0-9a-zA-Z]{16,}',
  },
  { needles: ['whsec_'], pattern: 'whsec_[A-Za-z0-9+/=]{20,}' },
  { needles: words('xoxb xoxp xoxa xoxr xoxs xoxe'), pattern: 'xox[abeprs][-.][0-9A-Za-z.-]{10,}' },
  { needles: ['xapp-'], pattern: 'xapp-\\d-[0-9A-Za-z-]{10,}' },
  { needles: words('ghp_ gho_ ghu_ ghs_ ghr_'), pattern: 'gh[opusr]_[0-9A-Za-z]{36,}' },
  { needles: ['github_pat_'], pattern: 'github_pat_\\w{22,}' },
  {
    needles: words('glpat- glptt- glrt- gldt- glft- glcbt- glimt- glsoat- glagent-'),
    pattern: 'gl(?:pat|ptt|rt|dt|ft|cbt|imt|soat|agent)-[\\w-]{20,}',
  },
  { needles: ['glsa_'], pattern: 'glsa_[0-9A-Za-z]{32}_[0-9A-Fa-f]{8}' },
  { needles: ['glc_ey'], pattern: 'glc_eyJ[\\w+/=]{30,}' },
  { needles: ['eyjrijoi'], pattern: 'eyJrIjoi[\\w+/=]{30,}' },
  { needles: ['t3blbkfj'], pattern: 'sk-[\\w-]{20,}T3BlbkFJ[\\w-]{20,}' },
  { needles: words('sk-ant- sk-proj- sk-or-v sk-svca'), pattern: 'sk-(?:ant|proj|or|svcacct)-[\\w-]{20,}' },
  { needles: short('sk-'), pattern: 'sk-(?=[\\w-]*\\d)(?:[a-z]+-)*(?:[a-z]+\\d+-)?[\\w-]{32,}' },
  { needles: words('xai- pplx- nvapi- gsk_ csk-'), pattern: '(?:xai-|pplx-|nvapi-|gsk_|csk-)[\\w-]{30,}' },
  { needles: short('hf_'), pattern: 'hf_[A-Za-z0-9]{30,}' },
  { needles: short('r8_'), pattern: 'r8_[A-Za-z0-9]{37}' },
  { needles: short('sg.'), pattern: 'SG\\.[\\w-]{16,32}\\.[\\w-]{16,64}' },
  { needles: ['xkeysib-'], pattern: 'xkeysib-[0-9a-f]{64}' },
  { needles: ['key-'], pattern: 'key-[0-9a-f]{32}' },
  {
    needles: words('npm_ pypi-age rubygems_'),
    pattern: 'npm_[0-9A-Za-z]{36}|pypi-AgE[\\w-]{40,}|rubygems_[0-9a-f]{48}',
  },
  { needles: words('dop_v1_ doo_v1_ dor_v1_'), pattern: 'do[opr]_v1_[0-9a-f]{64}' },
  { needles: words('shpat_ shpss_ shpca_ shppa_'), pattern: 'shp(?:at|ss|ca|pa)_[0-9a-fA-F]{32}' },
  { needles: ['age-secret-key-'], pattern: 'AGE-SECRET-KEY-1[0-9A-Z]{50,}' },
  { needles: ['tskey-'], pattern: 'tskey-[a-z]+-[\\w-]{10,}' },
  { needles: ['pmak-'], pattern: 'PMAK-[0-9a-f]{24}-[0-9a-f]{34}' },
  {
    needles: words('figd_ sntrys_ sntryu_ dckr_pat_ dckr_oat_'),
    pattern: '(?:figd|sntrys|sntryu|dckr_[po]at)_[\\w+/=-]{20,}',
  },
  { needles: words('lin_api_ lin_oauth_'), pattern: 'lin_(?:api|oauth)_[0-9A-Za-z]{32,}' },
  { needles: words('hvs. hvb.'), pattern: 'hv[sb]\\.[\\w-]{20,}' },
  { needles: words('sq0atp- sq0csp-'), pattern: 'sq0(?:atp|csp)-[\\w-]{22,}' },
  { needles: ['eaacedeose0cba'], pattern: 'EAACEdEose0cBA[0-9A-Za-z]{20,}' },
  { needles: ['atatt3'], pattern: 'ATATT3[\\w=-]{40,}' },
  { needles: ['dapi'], pattern: 'dapi[0-9a-f]{32}' },
  {
    needles: words('pscale_tkn_ pscale_pw_ pscale_oauth_'),
    pattern: 'pscale_(?:tkn|pw|oauth)_[\\w.=-]{30,}',
  },
  { needles: words('nrak- hrku-'), pattern: 'NRAK-[0-9A-Z]{27}|HRKU-[\\w-]{30,}' },
  {
    needles: words('sbp_ sb_secret_ ntn_ nfp_ phx_ sgp_ pul- vcp_'),
    pattern:
      'sbp_[0-9a-f]{40}|sb_secret_[\\w-]{20,}|(?:ntn|nfp|phx|vcp)_[0-9A-Za-z]{36,}|sgp_(?:[0-9a-f]{16}_|local_)?[0-9a-f]{40}|pul-[0-9a-f]{40}',
  },
  {
    needles: words('akcp ops_ey ccipat_ bkua_ dt0c01. amzn.mws. flwseck pnu_'),
    pattern:
      'AKCp[0-9A-Za-z]{60,}|ops_eyJ[\\w+/=]{60,}|CCIPAT_[\\w]{20,}|bkua_[0-9a-f]{40}|dt0c01\\.[0-9A-Z]{24}\\.[0-9A-Z]{64}|amzn\\.mws\\.[0-9a-f-]{36}|FLWSECK(?:_TEST)?-[0-9a-zA-Z-]{12,}|pnu_[0-9A-Za-z]{36}',
  },
  { needles: words('dp.pt. dp.st. dp.ct. dp.sa.'), pattern: 'dp\\.(?:pt|st|ct|sa)\\.[0-9A-Za-z.]{40,}' },
  { needles: words('-us1 -us2'), pattern: '[0-9a-f]{32}-us\\d{1,2}\\b' },
  { needles: ['hooks.slack'], pattern: 'hooks\\.slack\\.com/(?:services|workflows|triggers)/[\\w/-]{30,}' },
  { needles: ['webhooks/'], pattern: 'discord(?:app)?\\.com/api/webhooks/\\d{15,}/[\\w-]{40,}' },
  { needles: ['webhookb2/'], pattern: 'office\\.com/webhookb2/[\\w-]{30,}' },
  { needles: ['telegram.org/'], pattern: 'api\\.telegram\\.org/bot\\d{5,}:[\\w-]{30,}' },
];

/** Prefixes that are too short to be searched for at the beginning of a text. */
export const shortPrefixes = ['sk-', 'hf_', 'r8_', 'SG.'].map((prefix) => Buffer.from(prefix));

export const providerNeedles = formats.flatMap(({ needles }) => needles);

const providerKey = new RegExp(`(?<![A-Za-z0-9])(?:${formats.map(({ pattern }) => pattern).join('|')})`);

/** Whether a text contains the key of a provider; a placeholder such as `ghp_xxxxxxxx` is none. */
export function hasProviderKey(text: string): boolean {
  const key = providerKey.exec(text)?.[0];
  return key !== undefined && new Set(key.slice(-14).toLowerCase()).size > 3;
}
