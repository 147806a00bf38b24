/** Where the proxy listens in its task, for the load balancer only; the admin port is on the task's loopback. */
export const PROXY_PORT = 8080;
export const ADMIN_PORT = 8081;
