package org.cloakwork.itests.internet;

import java.util.LinkedHashMap;
import java.util.Map;

/** All of them, by the names that docs/internet.md gives them. */
final class Adapters {

    static final String GRPC = "gRPC";

    private Adapters() {
    }

    static Map<String, Adapter> all() {
        Map<String, Adapter> all = new LinkedHashMap<>();
        all.put("JDK HttpClient", new JdkClientAdapter());
        all.put("URLConnection", new UrlConnectionAdapter());
        all.put("Socket", new SocketAdapter());
        all.put("OkHttp", new OkHttpAdapter());
        all.put("Apache HttpClient", new ApacheAdapter());
        all.put("Netty", new NettyAdapter());
        all.put("Spring RestClient", new SpringAdapter());
        all.put("Kotlin coroutines", new KotlinAdapter());
        all.put(GRPC, new GrpcAdapter(GrpcServer.PAGE));
        return all;
    }
}
