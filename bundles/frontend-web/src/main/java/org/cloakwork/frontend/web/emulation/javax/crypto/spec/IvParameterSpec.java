package org.cloakwork.frontend.web.emulation.javax.crypto.spec;

import org.cloakwork.frontend.web.emulation.java.security.spec.AlgorithmParameterSpec;

/** The first block of a counter. */
public class IvParameterSpec implements AlgorithmParameterSpec {

    private final byte[] iv;

    public IvParameterSpec(byte[] iv) {
        this.iv = iv.clone();
    }

    public byte[] getIV() {
        return iv.clone();
    }
}
