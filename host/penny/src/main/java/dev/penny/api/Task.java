package dev.penny.api;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a public static method as a task function. Parameter and result types are {@code int long float double byte[] String}
 * (result also {@code void}); the signature follows from them.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Task {

    /** The function's name; empty for the method's own. */
    String name() default "";

    /** True if the method may block: it then runs on a virtual thread and never holds a worker. */
    boolean blocking() default false;
}
