package org.cloakwork.frontend.web.emulation.javax.crypto.spec;

import org.cloakwork.frontend.web.emulation.java.security.spec.AlgorithmParameterSpec;

/** Nonce and first block number; the latter is always 0 here. */
public class ChaCha20ParameterSpec implements AlgorithmParameterSpec {

    private final byte[] nonce;

    public ChaCha20ParameterSpec(byte[] nonce, int counter) {
        if (counter != 0) {
            throw new IllegalArgumentException("only from the first block on");
        }
        this.nonce = nonce.clone();
    }

    public byte[] getNonce() {
        return nonce.clone();
    }
}
