// Manifests reads Kubernetes objects from standard input as an API server of this go.mod's version would: no field that
// it does not know, defaults, conversion, validation, and of pods the Pod Security Standard "restricted". It prints the
// objects as JSON, or what is wrong with them.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/validation/field"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/kubernetes/pkg/apis/apps"
	appsinstall "k8s.io/kubernetes/pkg/apis/apps/install"
	appsvalidation "k8s.io/kubernetes/pkg/apis/apps/validation"
	"k8s.io/kubernetes/pkg/apis/autoscaling"
	autoscalinginstall "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	autoscalingvalidation "k8s.io/kubernetes/pkg/apis/autoscaling/validation"
	"k8s.io/kubernetes/pkg/apis/core"
	coreinstall "k8s.io/kubernetes/pkg/apis/core/install"
	corev1 "k8s.io/kubernetes/pkg/apis/core/v1"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/kubernetes/pkg/apis/networking"
	networkinginstall "k8s.io/kubernetes/pkg/apis/networking/install"
	networkingvalidation "k8s.io/kubernetes/pkg/apis/networking/validation"
	"k8s.io/kubernetes/pkg/apis/policy"
	policyinstall "k8s.io/kubernetes/pkg/apis/policy/install"
	policyvalidation "k8s.io/kubernetes/pkg/apis/policy/validation"
	"k8s.io/pod-security-admission/api"
	security "k8s.io/pod-security-admission/policy"

	v1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

func main() {
	objects, err := read(os.Stdin)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(objects)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// read returns every object of a stream of YAML documents, and all that is wrong with any.
func read(from io.Reader) ([]any, error) {
	decoder := serializer.NewCodecFactory(known(), serializer.EnableStrict).UniversalDecoder()
	documents := utilyaml.NewYAMLReader(bufio.NewReader(from))
	objects := []any{}
	var wrong []error
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return objects, errors.Join(wrong...)
		}
		if err != nil {
			return nil, err
		}
		var plain map[string]any
		if err := yaml.UnmarshalStrict(document, &plain); err != nil {
			return nil, err
		}
		if len(plain) == 0 {
			continue
		}
		objects = append(objects, plain)
		for _, problem := range problems(decoder, document, plain) {
			wrong = append(wrong, fmt.Errorf("%v: %w", plain["kind"], problem))
		}
	}
}

// known are the objects of Kubernetes' own that the chart may have.
func known() *runtime.Scheme {
	scheme := runtime.NewScheme()
	for _, install := range []func(*runtime.Scheme){coreinstall.Install, appsinstall.Install, networkinginstall.Install, policyinstall.Install, autoscalinginstall.Install} {
		install(scheme)
	}
	return scheme
}

func problems(decoder runtime.Decoder, document []byte, plain map[string]any) []error {
	// Of the operator of Prometheus, whose definition is a resource of the cluster.
	if plain["kind"] == "ServiceMonitor" {
		return found(yaml.UnmarshalStrict(document, &monitoring.ServiceMonitor{}))
	}
	object, _, err := decoder.Decode(document, nil, nil)
	if err != nil {
		return found(err)
	}
	all := field.ErrorList{}
	switch it := object.(type) {
	case *core.ConfigMap:
		it.Namespace = "default"
		all = corevalidation.ValidateConfigMap(it)
	case *core.Service:
		it.Namespace = "default"
		// What the API server puts there before it looks.
		if it.Spec.ClusterIP != "" {
			it.Spec.ClusterIPs = []string{it.Spec.ClusterIP}
		}
		all = corevalidation.ValidateServiceCreate(it)
	case *core.PersistentVolumeClaim:
		it.Namespace = "default"
		all = corevalidation.ValidatePersistentVolumeClaim(it, corevalidation.ValidationOptionsForPersistentVolumeClaimCreate())
	case *apps.Deployment:
		it.Namespace = "default"
		all = appsvalidation.ValidateDeployment(it, corevalidation.PodValidationOptions{})
		return append(found(all.ToAggregate()), insecure(&it.Spec.Template)...)
	case *networking.Ingress:
		it.Namespace = "default"
		all = networkingvalidation.ValidateIngressCreate(it)
	case *networking.NetworkPolicy:
		it.Namespace = "default"
		all = networkingvalidation.ValidateNetworkPolicy(it, networkingvalidation.NetworkPolicyValidationOptions{})
	case *policy.PodDisruptionBudget:
		it.Namespace = "default"
		all = policyvalidation.ValidatePodDisruptionBudget(it, policyvalidation.PodDisruptionBudgetValidationOptions{})
	case *autoscaling.HorizontalPodAutoscaler:
		it.Namespace = "default"
		all = autoscalingvalidation.ValidateHorizontalPodAutoscaler(it, autoscalingvalidation.HorizontalPodAutoscalerSpecValidationOptions{})
	default:
		return []error{errors.New("nothing here knows how to validate it")}
	}
	return found(all.ToAggregate())
}

// insecure is what the Pod Security Standard "restricted" has against a pod.
func insecure(template *core.PodTemplateSpec) []error {
	var pod v1.PodTemplateSpec
	if err := corev1.Convert_core_PodTemplateSpec_To_v1_PodTemplateSpec(template, &pod, nil); err != nil {
		return found(err)
	}
	evaluator, err := security.NewEvaluator(security.DefaultChecks(), nil)
	if err != nil {
		return found(err)
	}
	restricted := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	result := security.AggregateCheckResults(evaluator.EvaluatePod(restricted, &pod.ObjectMeta, &pod.Spec))
	if result.Allowed {
		return nil
	}
	return []error{fmt.Errorf("not restricted: %s", result.ForbiddenDetail())}
}

func found(err error) []error {
	if err == nil {
		return nil
	}
	return []error{err}
}
