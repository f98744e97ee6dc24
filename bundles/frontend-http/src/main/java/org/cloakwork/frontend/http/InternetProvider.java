package org.cloakwork.frontend.http;

import java.io.IOException;
import java.util.List;
import org.cloakwork.api.Internet;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.osgi.service.component.annotations.Component;

/** The internet for programs of this process. */
@Component(service = Internet.Provider.class)
public final class InternetProvider implements Internet.Provider {

    @Override
    public Internet open(MixnetClient client, List<MixnetAddress> exits) throws IOException {
        return new ProxiedInternet(client, exits);
    }
}
