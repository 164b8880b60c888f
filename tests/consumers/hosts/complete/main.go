// Command complete is a language host of Pulumi: an older one, completed by what it lacks.
//
// The Pulumi CLI brings complete language hosts. The ones that the Go module proxy offers are older: they run
// programs, but know nothing of `pulumi package add`. Started as pulumi-language-NAME, this command starts
// base/pulumi-language-NAME beside it, hands on every call, and answers what that one calls unimplemented.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// host answers the calls that an older host may lack; all others go to that host untouched.
type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	language string
	base     pulumirpc.LanguageRuntimeClient
}

// GeneratePackage writes the SDK of a package into a folder.
func (h host) GeneratePackage(
	ctx context.Context, request *pulumirpc.GeneratePackageRequest,
) (*pulumirpc.GeneratePackageResponse, error) {
	answer, err := h.base.GeneratePackage(ctx, request)
	if status.Code(err) != codes.Unimplemented {
		return answer, err
	}
	return generate(h.language, request)
}

// Link makes a generated SDK a dependency of a program.
func (h host) Link(ctx context.Context, request *pulumirpc.LinkRequest) (*pulumirpc.LinkResponse, error) {
	answer, err := h.base.Link(ctx, request)
	if status.Code(err) != codes.Unimplemented {
		return answer, err
	}
	folder := request.Info.ProgramDirectory
	for _, linked := range request.Packages {
		if err := link(ctx, h.language, folder, linked.Path); err != nil {
			return nil, err
		}
	}
	return &pulumirpc.LinkResponse{}, nil
}

// serve answers the two calls above by h, and forwards all others to the older host.
func serve(h host, older *grpc.ClientConn) *grpc.Server {
	server := grpc.NewServer(grpc.UnknownServiceHandler(forwardTo(older)))
	offered := pulumirpc.LanguageRuntime_ServiceDesc
	offered.Methods, offered.Streams = nil, nil
	for _, method := range pulumirpc.LanguageRuntime_ServiceDesc.Methods {
		if method.MethodName == "GeneratePackage" || method.MethodName == "Link" {
			offered.Methods = append(offered.Methods, method)
		}
	}
	server.RegisterService(&offered, h)
	return server
}

func main() {
	name := filepath.Base(os.Args[0])
	language, named := strings.CutPrefix(name, "pulumi-language-")
	if !named {
		fmt.Fprintf(os.Stderr, "%s: start this by the name pulumi-language-NAME\n", name)
		os.Exit(2)
	}
	if err := run(name, language); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}
