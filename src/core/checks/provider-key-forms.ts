/** Variables that programs and libraries read for a provider's key, in upper case. */
export const PROVIDER_VARIABLES: ReadonlySet<string> = new Set([
  'AI21_API_KEY', 'ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_BEARER_TOKEN_BEDROCK',
  'AZURE_API_KEY', 'AZURE_CLIENT_SECRET', 'AZURE_OPENAI_API_KEY', 'BRAVE_API_KEY', 'CEREBRAS_API_KEY', 'CLAUDE_CODE_OAUTH_TOKEN', 'CO_API_KEY',
  'COHERE_API_KEY', 'CURSOR_API_KEY', 'DATABRICKS_TOKEN', 'DATADOG_API_KEY', 'DD_API_KEY', 'DD_APP_KEY', 'DEEPSEEK_API_KEY', 'DIGITALOCEAN_TOKEN',
  'ELEVENLABS_API_KEY', 'EXA_API_KEY', 'FIRECRAWL_API_KEY', 'FIREWORKS_API_KEY', 'GEMINI_API_KEY', 'GH_TOKEN', 'GITHUB_PERSONAL_ACCESS_TOKEN',
  'GITHUB_TOKEN', 'GITLAB_TOKEN', 'GOOGLE_API_KEY', 'GROQ_API_KEY', 'HF_TOKEN', 'HUGGINGFACEHUB_API_TOKEN', 'HUGGING_FACE_HUB_TOKEN', 'JIRA_API_TOKEN',
  'LANGCHAIN_API_KEY', 'LANGFUSE_SECRET_KEY', 'LANGSMITH_API_KEY', 'LINEAR_API_KEY', 'MISTRAL_API_KEY', 'NOTION_API_KEY', 'NOTION_TOKEN', 'NPM_TOKEN',
  'NVIDIA_API_KEY', 'OPENAI_API_KEY', 'OPENROUTER_API_KEY', 'PAGERDUTY_TOKEN', 'PERPLEXITY_API_KEY', 'PINECONE_API_KEY', 'PYPI_TOKEN', 'REPLICATE_API_TOKEN',
  'SENDGRID_API_KEY', 'SENTRY_AUTH_TOKEN', 'SERPAPI_API_KEY', 'SLACK_BOT_TOKEN', 'SLACK_TOKEN', 'STRIPE_API_KEY', 'STRIPE_SECRET_KEY', 'TAVILY_API_KEY',
  'TOGETHER_API_KEY', 'TWILIO_AUTH_TOKEN', 'VERCEL_TOKEN', 'VOYAGE_API_KEY', 'WANDB_API_KEY', 'XAI_API_KEY',
]);

/**
 * Forms of keys as their issuers document them, the narrower ones first. No part repeats without a bound: the texts are hostile.
 */
const FORMS: readonly { readonly title: string; readonly pattern: string }[] = [
  { title: 'a private key', pattern: '-----BEGIN (?:[A-Z]{1,10} ){0,2}PRIVATE KEY-----' },
  { title: 'a key of Anthropic', pattern: 'sk-ant-[A-Za-z0-9_-]{16,200}' },
  { title: 'a key of OpenRouter', pattern: 'sk-or-[A-Za-z0-9_-]{16,200}' },
  { title: 'a key of OpenAI', pattern: 'sk-(?:(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,300}|[A-Za-z0-9]{32,100}\\b)' },
  { title: 'a key of Google', pattern: 'AIza[A-Za-z0-9_-]{35}' },
  { title: 'a key of AWS', pattern: '(?:AKIA|ASIA)[A-Z2-7]{16}\\b' },
  { title: 'a token of GitHub', pattern: '(?:gh[opsru]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})' },
  { title: 'a token of GitLab', pattern: 'glpat-[A-Za-z0-9_.-]{20,300}' },
  { title: 'a token of Slack', pattern: '(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{20,300}' },
  { title: 'a key of Stripe', pattern: '[rs]k_(?:live|test)_[A-Za-z0-9]{16,200}' },
  { title: 'a token of Hugging Face', pattern: 'hf_[A-Za-z0-9]{30,100}' },
  { title: 'a token of Replicate', pattern: 'r8_[A-Za-z0-9]{30,100}' },
  { title: 'a key of Groq', pattern: 'gsk_[A-Za-z0-9]{40,100}' },
  { title: 'a key of xAI', pattern: 'xai-[A-Za-z0-9]{40,200}' },
  { title: 'a key of Perplexity', pattern: 'pplx-[A-Za-z0-9]{40,100}' },
  { title: 'a key of NVIDIA', pattern: 'nvapi-[A-Za-z0-9_-]{40,200}' },
  { title: 'a token of Databricks', pattern: 'dapi[0-9a-f]{32}' },
  { title: 'a token of npm', pattern: 'npm_[A-Za-z0-9]{36}' },
  { title: 'a token of PyPI', pattern: 'pypi-AgE[A-Za-z0-9_-]{50,300}' },
  { title: 'a key of SendGrid', pattern: 'SG\\.[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{32,64}' },
  { title: 'a JSON Web Token', pattern: 'eyJ[A-Za-z0-9_-]{10,2000}\\.eyJ[A-Za-z0-9_-]{10,4000}\\.[A-Za-z0-9_-]{16,1000}' },
];

/** A key begins where no word goes on. Each form is a group, so that one pass tells whether there is a key and of whom. */
const ANY = new RegExp(`(?<![A-Za-z0-9_-])(?:${FORMS.map(({ pattern }) => `(${pattern})`).join('|')})`);
const EVERY = new RegExp(ANY, 'g');
const SHORTEST = 16;
/** No letter of a key: placeholders keep a key's beginning, for programs that look at it. */
const EVIDENTLY_NONE = /placeholder|dummy|fake|changeme|example|redacted|replace|unused|injected|sallyport|(.)\1{7}/i;

/** What a text has in it that is of the form of a provider's key, for sentences, such as `a key of OpenAI`. */
export function keyIn(text: string): string | undefined {
  // To look for all of them costs a copy of the expression, which hardly any text is worth.
  if (text.length < SHORTEST || !ANY.test(text)) return undefined;
  for (const [key, ...groups] of text.matchAll(EVERY)) {
    if (!EVIDENTLY_NONE.test(key)) return FORMS[groups.findIndex((group) => group !== undefined)]?.title;
  }
  return undefined;
}
