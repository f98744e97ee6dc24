package org.cloakwork.itests.internet;

import java.net.URI;
import java.time.Duration;
import org.cloakwork.api.Internet;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

final class SpringAdapter implements Adapter {

    @Override
    public String get(Internet internet, URI page) {
        JdkClientHttpRequestFactory factory = new JdkClientHttpRequestFactory(internet.httpClient());
        factory.setReadTimeout(Duration.ofSeconds(30));
        return RestClient.builder().requestFactory(factory).build()
                .get().uri(page).retrieve().body(String.class);
    }
}
