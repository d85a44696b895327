// Sets of values: the least that is needed of each kind, and all there is.

const KEYCLOAK = {
  production: {
    metadataUrl: 'https://sso.example.com/realms/main/.well-known/openid-configuration',
    clientId: 'backstage',
    clientSecret: '${KEYCLOAK_CLIENT_SECRET}',
    prompt: 'auto',
    signIn: { resolvers: [{ resolver: 'emailMatchingUserEntityProfileEmail' }] },
  },
};

const CATALOG = 'http://backstage.portal.svc:7007/api/{{pluginId}}';

const values = (database, { backend, ...more } = {}) => ({
  image: { repository: 'registry.example.com/stagedoor' },
  existingSecret: 'stagedoor',
  config: {
    app: { baseUrl: 'https://backstage.example.com' },
    backend: { baseUrl: 'https://backstage.example.com', ...(database && { database }), ...backend },
    auth: { providers: { keycloak: KEYCLOAK } },
    discovery: { endpoints: [{ target: CATALOG, plugins: ['catalog'] }] },
  },
  ...more,
});

/** One pod. */
export const SQLITE = values();

/** Three, behind a proxy of one's own. */
export const POSTGRES = values({ client: 'pg', connection: { host: 'postgres.databases.svc', user: 'stagedoor', password: '${POSTGRES_PASSWORD}' } }, { replicas: 3 });

const namespace = name => [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } }];

/** Every value another than its default. */
export const ALL = {
  ...values({ client: 'pg', connection: '${DATABASE_URL}' }, { backend: { baseUrl: 'https://auth.example.com' } }),
  image: { repository: 'registry.example.com/stagedoor', tag: '0.1.0', digest: `sha256:${'0123456789abcdef'.repeat(4)}`, pullPolicy: 'Always' },
  imagePullSecrets: [{ name: 'registry' }],
  files: { 'org.yaml': '# nobody yet\n' },
  extraEnv: [{ name: 'NO_PROXY', value: '.svc' }],
  extraVolumes: [{ name: 'authorities', configMap: { name: 'authorities' } }],
  extraVolumeMounts: [{ name: 'authorities', mountPath: '/etc/ssl/certs', readOnly: true }],
  persistence: { enabled: false, existingClaim: 'of-old', size: '2Gi', storageClass: 'fast' },
  service: { type: 'NodePort', port: 80, annotations: { 'example.com/note': 'ours' } },
  ingress: { enabled: true, className: 'nginx', annotations: { 'nginx.ingress.kubernetes.io/proxy-buffer-size': '32k' }, host: 'auth.example.com', path: '/', tlsSecret: 'auth-tls' },
  metrics: { enabled: true, port: 9100, serviceMonitor: { enabled: true, interval: '15s', labels: { release: 'prometheus' } } },
  podDisruptionBudget: { maxUnavailable: '25%' },
  autoscaling: { enabled: true, minReplicas: 3, maxReplicas: 9, targetCPUUtilizationPercentage: 60 },
  networkPolicy: { enabled: true, from: namespace('ingress-nginx'), metricsFrom: namespace('monitoring') },
  drainSeconds: 10,
  resources: { requests: { cpu: '1' } },
  serviceAccountName: 'stagedoor',
  podAnnotations: { 'example.com/note': 'ours' },
  podLabels: { team: 'platform' },
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  tolerations: [{ key: 'dedicated', operator: 'Exists' }],
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'auth', operator: 'Exists' }] }] } } },
  priorityClassName: 'high',
  nameOverride: 'door',
  fullnameOverride: 'front-door',
};
