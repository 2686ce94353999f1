// Package outage tells why a request got no answer, without what the request
// was made of: errors of an HTTP client quote addresses, and those of its
// transports may quote what they were given.
package outage

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
)

// ErrTimeout is the cause when the service took too long.
var ErrTimeout = errors.New("time-out")

// Explain returns err, of a request with ctx, reduced to what holds no secret:
// below what, the end of ctx, a failure of the network or a certificate that is
// not trusted. Of everything else what alone is left.
func Explain(ctx context.Context, what, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return fmt.Errorf("%w: %w", what, cause)
	}
	if network, ok := errors.AsType[*net.OpError](err); ok {
		return fmt.Errorf("%w: %w", what, network)
	}
	if untrusted, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return fmt.Errorf("%w: %w", what, untrusted)
	}
	if slow, ok := errors.AsType[net.Error](err); ok && slow.Timeout() {
		return fmt.Errorf("%w: %w", what, ErrTimeout)
	}
	return what
}
