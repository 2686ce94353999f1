// Package modelprovider describes the services that models are asked through:
// where they are, which wire API they speak, which credentials and headers
// they want and how patient to be with them.
//
//	providers := modelprovider.Builtin(os.Getenv, version)
//	provider := providers[modelprovider.OpenAI]
//	url := provider.URL(modelprovider.DefaultBaseURL)
//
// A [Provider] is a plain record that the configuration fills in; its methods
// give the effective values. It is not changed after it was handed out, so it
// is safe for concurrent use. The package sends nothing and reads no
// environment of its own. (spec: agent-loop, providers and HTTP basics)
package modelprovider
