// Command complete is a language host of Pulumi: an older one, completed by what it lacks.
//
// The Pulumi CLI brings complete language hosts. The ones that the Go module proxy offers are older: they run
// programs, but know nothing of `pulumi package add`. Started as pulumi-language-NAME, this command starts
// base/pulumi-language-NAME beside it, hands on every call, and answers what that one calls unimplemented.
// Where there is none, as for Python, it answers only these.
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// host answers the calls that an older host may lack; all others go to that host untouched.
type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	language string
	base     *older // nil where there is none
}

// GeneratePackage writes the SDK of a package into a folder.
func (h host) GeneratePackage(
	ctx context.Context, request *pulumirpc.GeneratePackageRequest,
) (*pulumirpc.GeneratePackageResponse, error) {
	if h.base != nil {
		answer, err := h.base.client().GeneratePackage(ctx, request)
		if status.Code(err) != codes.Unimplemented {
			return answer, err
		}
	}
	return generate(h.language, request)
}

// Link makes generated SDKs dependencies of a program.
func (h host) Link(ctx context.Context, request *pulumirpc.LinkRequest) (*pulumirpc.LinkResponse, error) {
	if h.base != nil {
		answer, err := h.base.client().Link(ctx, request)
		if status.Code(err) != codes.Unimplemented {
			return answer, err
		}
	}
	for _, linked := range request.Packages {
		if err := link(ctx, h.language, request.Info.ProgramDirectory, linked.Path); err != nil {
			return nil, err
		}
	}
	return &pulumirpc.LinkResponse{}, nil
}

// server answers the two calls above by h, and forwards all others to the older host.
func (h host) server() *grpc.Server {
	var options []grpc.ServerOption
	if h.base != nil {
		options = append(options, grpc.UnknownServiceHandler(h.base.forward))
	}
	server := grpc.NewServer(options...)
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

// run serves until it is told to stop, or the older host ends.
func run(name, language string) error {
	own, err := os.Executable()
	if err != nil {
		return err
	}
	h := host{language: language}
	base := filepath.Join(filepath.Dir(own), "base", name)
	if _, err := os.Stat(base); err == nil {
		if h.base, err = start(base); err != nil {
			return err
		}
		defer h.base.stop()
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := h.server()
	go func() {
		asked := make(chan os.Signal, 1)
		signal.Notify(asked, os.Interrupt, syscall.SIGTERM)
		<-asked
		server.Stop()
	}()
	fmt.Println(listener.Addr().(*net.TCPAddr).Port) // the engine waits for this line
	if h.base != nil {
		go func() {
			h.base.printed()
			server.Stop()
		}()
	}
	return server.Serve(listener)
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
