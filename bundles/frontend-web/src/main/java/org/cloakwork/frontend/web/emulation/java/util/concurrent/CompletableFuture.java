package org.cloakwork.frontend.web.emulation.java.util.concurrent;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Of one thread: what depends on it runs when it completes, in order. */
public class CompletableFuture<T> implements CompletionStage<T> {

    private boolean done;
    private T value;
    private Throwable failure;
    private List<Runnable> next = new ArrayList<>();

    public static <T> CompletableFuture<T> completedFuture(T value) {
        CompletableFuture<T> future = new CompletableFuture<>();
        future.complete(value);
        return future;
    }

    public static <T> CompletableFuture<T> failedFuture(Throwable failure) {
        CompletableFuture<T> future = new CompletableFuture<>();
        future.completeExceptionally(failure);
        return future;
    }

    public static CompletableFuture<Void> runAsync(Runnable task, Executor executor) {
        CompletableFuture<Void> future = new CompletableFuture<>();
        executor.execute(() -> future.settle(() -> {
            task.run();
            return null;
        }));
        return future;
    }

    public boolean complete(T result) {
        return end(result, null);
    }

    public boolean completeExceptionally(Throwable cause) {
        return end(null, cause);
    }

    public boolean cancel(boolean mayInterrupt) {
        return end(null, new CancellationException());
    }

    public boolean isDone() {
        return done;
    }

    public boolean isCompletedExceptionally() {
        return done && failure != null;
    }

    public CompletableFuture<T> completeAsync(Supplier<? extends T> supplier, Executor executor) {
        executor.execute(() -> {
            try {
                complete(supplier.get());
            } catch (RuntimeException e) {
                completeExceptionally(wrapped(e));
            }
        });
        return this;
    }

    public CompletableFuture<T> whenComplete(BiConsumer<? super T, ? super Throwable> action) {
        CompletableFuture<T> future = new CompletableFuture<>();
        then(() -> {
            Throwable own = failure == null ? null : wrapped(failure);
            try {
                action.accept(value, failure);
            } catch (RuntimeException e) {
                if (own == null) {
                    own = wrapped(e);
                }
            }
            future.end(value, own);
        });
        return future;
    }

    public <U> CompletableFuture<U> thenApply(Function<? super T, ? extends U> function) {
        CompletableFuture<U> future = new CompletableFuture<>();
        then(() -> {
            if (failure == null) {
                future.settle(() -> function.apply(value));
            } else {
                future.end(null, wrapped(failure));
            }
        });
        return future;
    }

    public CompletableFuture<Void> thenAccept(Consumer<? super T> action) {
        return thenApply(result -> {
            action.accept(result);
            return null;
        });
    }

    public CompletableFuture<Void> thenRun(Runnable action) {
        return thenApply(result -> {
            action.run();
            return null;
        });
    }

    public <U> CompletableFuture<U> thenCompose(Function<? super T, ? extends CompletionStage<U>> function) {
        CompletableFuture<U> future = new CompletableFuture<>();
        then(() -> {
            if (failure != null) {
                future.end(null, wrapped(failure));
                return;
            }
            try {
                function.apply(value).toCompletableFuture()
                        .whenComplete((result, cause) -> future.end(result, cause == null ? null : wrapped(cause)));
            } catch (RuntimeException e) {
                future.end(null, wrapped(e));
            }
        });
        return future;
    }

    public CompletableFuture<T> copy() {
        return thenApply(result -> result);
    }

    @Override
    public CompletableFuture<T> toCompletableFuture() {
        return this;
    }

    private void settle(Supplier<? extends T> supplier) {
        try {
            end(supplier.get(), null);
        } catch (RuntimeException e) {
            end(null, wrapped(e));
        }
    }

    private boolean end(T result, Throwable cause) {
        if (done) {
            return false;
        }
        done = true;
        value = result;
        failure = cause;
        List<Runnable> dependents = next;
        next = null;
        dependents.forEach(Runnable::run);
        return true;
    }

    private void then(Runnable dependent) {
        if (done) {
            dependent.run();
        } else {
            next.add(dependent);
        }
    }

    private static Throwable wrapped(Throwable cause) {
        return cause instanceof CompletionException ? cause : new CompletionException(cause);
    }
}
