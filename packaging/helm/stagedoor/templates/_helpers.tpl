{{- define "stagedoor.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "stagedoor.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "stagedoor.labels" -}}
{{ include "stagedoor.selector" . }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "stagedoor.image" -}}
{{- $repository := required "image.repository is missing: where your image of Stagedoor is" .Values.image.repository -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" $repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" $repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{/* `true` where it is PostgreSQL, else empty. */}}
{{- define "stagedoor.postgres" -}}
{{- if eq (dig "backend" "database" "client" "better-sqlite3" .Values.config) "pg" -}}true{{- end -}}
{{- end -}}

{{/* `true` where there may be several pods, else empty. */}}
{{- define "stagedoor.several" -}}
{{- if or .Values.autoscaling.enabled (gt (int .Values.replicas) 1) -}}true{{- end -}}
{{- end -}}

{{/* The configuration as the pods read it. */}}
{{- define "stagedoor.config" -}}
{{- $config := deepCopy .Values.config -}}
{{- $_ := required "config.app.baseUrl is missing: the address of your Backstage frontend" (dig "app" "baseUrl" "" $config) -}}
{{- $_ := required "config.backend.baseUrl is missing: the address that /api/auth is below" (dig "backend" "baseUrl" "" $config) -}}
{{- $backend := $config.backend | default dict -}}
{{- if $backend.listen -}}
{{- fail "config.backend.listen is the chart's: see service.port for the port of the Service" -}}
{{- end -}}
{{- $_ := set $backend "listen" ":7007" -}}
{{- if not (include "stagedoor.postgres" .) -}}
{{- $sqlite := dict "client" "better-sqlite3" "connection" (dict "directory" "/var/lib/stagedoor") -}}
{{- $_ := set $backend "database" (merge ($backend.database | default dict) $sqlite) -}}
{{- end -}}
{{- $_ := set $config "backend" $backend -}}
{{- if .Values.metrics.enabled -}}
{{- $ours := $config.stagedoor | default dict -}}
{{- $_ := set $ours "metrics" (dict "listen" (printf ":%d" (int .Values.metrics.port))) -}}
{{- $_ := set $config "stagedoor" $ours -}}
{{- end -}}
{{- toYaml $config -}}
{{- end -}}

{{/* What takes new pods when it changes: what running ones don't take up by themselves, as docs/configuration.md has it. */}}
{{- define "stagedoor.restarts" -}}
{{- $config := include "stagedoor.config" . | fromYaml -}}
{{- range $part := list "providers" "session" "experimentalExtraAllowedOrigins" -}}
{{- $_ := unset ($config.auth | default dict) $part -}}
{{- end -}}
{{- $_ := unset $config.backend "auth" -}}
{{- $_ := unset ($config.stagedoor | default dict) "nativeClients" -}}
{{- toYaml $config | sha256sum -}}
{{- end -}}

{{- define "stagedoor.ingressHost" -}}
{{- .Values.ingress.host | default (get (urlParse (dig "backend" "baseUrl" "" .Values.config)) "hostname") -}}
{{- end -}}

{{- define "stagedoor.refuseSeveralOnSqlite" -}}
{{- if and (include "stagedoor.several" .) (not (include "stagedoor.postgres" .)) -}}
{{- fail "SQLite is for one pod: set replicas to 1 and autoscaling.enabled to false, or name a PostgreSQL in config.backend.database (client: pg)" -}}
{{- end -}}
{{- end -}}
