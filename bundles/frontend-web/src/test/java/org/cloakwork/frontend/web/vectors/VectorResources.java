package org.cloakwork.frontend.web.vectors;

import java.util.stream.Stream;
import org.teavm.classlib.ResourceSupplier;
import org.teavm.classlib.ResourceSupplierContext;

/** The files of vectors, for TeaVM to put into the module. */
@SuppressWarnings("deprecation")
public final class VectorResources implements ResourceSupplier {

    static final String[] FILES = {"acks", "addresses", "cover", "fragments", "framing", "gateway", "kdf", "messages",
        "outfox", "prepared", "socks5", "sphinx", "sphinx_surb", "websocket_requests"};

    /** For TeaVM. */
    public VectorResources() {
    }

    @Override
    public String[] supplyResources(ResourceSupplierContext context) {
        return Stream.of(FILES).map(file -> "vectors/" + file + ".json").toArray(String[]::new);
    }
}
