import { testOrders } from './orders.ts'

testOrders(1)
