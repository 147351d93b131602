// A client of reviewpackd on containerd's ttrpc library: unary calls, as a Go service would make them.
//
//	go-client [-address PATH] list [TENANT]
//	go-client [-address PATH] get PACK
//
// The messages in reviewpack/v1 are generated from Protos/ by ./build.
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/containerd/ttrpc"
	"github.com/gogo/protobuf/types"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/status"

	pb "reviewpack/v1"
)

const (
	defaultAddress = "/run/reviewpack/reviewpack.sock"
	service        = "reviewpack.v1.ReviewPackService"
	callTimeout    = 30 * time.Second
)

func main() {
	address := flag.String("address", addressFromEnvironment(), "the daemon's socket")
	pageSize := flag.Int("page-size", 0, "packs per call of list; 0 lets the daemon choose")
	flag.Parse()
	if err := run(*address, int32(*pageSize), flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "go-client:", describeError(err))
		os.Exit(1)
	}
}

func addressFromEnvironment() string {
	if address := os.Getenv("REVIEWPACK_ADDRESS"); address != "" {
		return address
	}
	return defaultAddress
}

func run(address string, pageSize int32, arguments []string) error {
	if len(arguments) == 0 || len(arguments) > 2 {
		return fmt.Errorf("usage: go-client [-address PATH] (list [TENANT] | get PACK)")
	}
	conn, err := net.Dial("unix", address)
	if err != nil {
		return err
	}
	client := ttrpc.NewClient(conn)
	defer client.Close()

	switch command := arguments[0]; {
	case command == "list":
		request := &pb.ListPacksRequest{PageSize: pageSize}
		if len(arguments) == 2 {
			request.XTenant = &pb.ListPacksRequest_Tenant{Tenant: arguments[1]}
		}
		return list(client, request)
	case command == "get" && len(arguments) == 2:
		return get(client, arguments[1])
	default:
		return fmt.Errorf("usage: go-client [-address PATH] (list [TENANT] | get PACK)")
	}
}

// list prints every pack of the request, page by page.
func list(client *ttrpc.Client, request *pb.ListPacksRequest) error {
	for {
		response := &pb.ListPacksResponse{}
		if err := call(client, "List", request, response); err != nil {
			return err
		}
		for _, pack := range response.Packs {
			fmt.Println(describe(pack))
		}
		if response.NextPageToken == "" {
			return nil
		}
		request.PageToken = response.NextPageToken
	}
}

func get(client *ttrpc.Client, id string) error {
	response := &pb.GetPackResponse{}
	if err := call(client, "Get", &pb.GetPackRequest{Id: id}, response); err != nil {
		return err
	}
	fmt.Println(describe(response.Pack))
	return nil
}

func call(client *ttrpc.Client, method string, request, response interface{}) error {
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	return client.Call(ctx, service, method, request, response)
}

func describe(pack *pb.Pack) string {
	word := strings.ToLower(strings.TrimPrefix(pack.Status.String(), "PACK_STATUS_"))
	return strings.Join([]string{pack.Id, word, pack.TenantExternalId, describeTime(pack.GeneratedAt)}, " ")
}

// describeTime prints a time in UTC, with milliseconds where it has any.
func describeTime(timestamp *types.Timestamp) string {
	moment, err := types.TimestampFromProto(timestamp)
	switch {
	case timestamp == nil || err != nil:
		return "-"
	case timestamp.Nanos == 0:
		return moment.Format("2006-01-02T15:04:05Z")
	default:
		return moment.Format("2006-01-02T15:04:05.000Z")
	}
}

// describeError adds the stable reason, which programs decide by, to the sentence for people.
func describeError(err error) string {
	answer, isStatus := status.FromError(err)
	if !isStatus {
		return err.Error()
	}
	reason := "none"
	for _, detail := range answer.Details() {
		if info, isInfo := detail.(*errdetails.ErrorInfo); isInfo {
			reason = info.Reason
		}
	}
	return fmt.Sprintf("%s (code %d, reason %s)", answer.Message(), answer.Code(), reason)
}
