package org.cloakwork.frontend.web.emulation.java.util.concurrent;

/** Will have a value. */
public interface CompletionStage<T> {

    CompletableFuture<T> toCompletableFuture();
}
